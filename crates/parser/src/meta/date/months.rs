//! Names of months as pages write them.

use std::{collections::HashMap, sync::LazyLock};

/// A month by its name or abbreviation, any case, without its trailing dot.
pub(super) fn month(word: &str) -> Option<u32> {
    if word.len() > 40 || !may_be_listed(word) {
        return None;
    }
    lookup(&word.to_lowercase()).filter(|_| word != "-")
}

/// Whether any name has this first letter and length: most words of a text are passed by that.
fn may_be_listed(word: &str) -> bool {
    static LENGTHS: LazyLock<[u64; 26]> = LazyLock::new(|| {
        let mut lengths = [0; 26];
        for name in NAMES.split([' ', ',', '\n']).filter(|n| n.starts_with(|c: char| c.is_ascii_lowercase()))
        {
            lengths[usize::from(name.as_bytes()[0] - b'a')] |= 1 << name.len();
        }
        lengths
    });
    // What is not ASCII may change its length with its case.
    !word.is_ascii()
        || word.as_bytes().first().is_some_and(|first| {
            let letter = usize::from(first.to_ascii_lowercase().wrapping_sub(b'a'));
            LENGTHS.get(letter).is_some_and(|lengths| lengths >> word.len() & 1 == 1)
        })
}

/// Thai months make the year one of the Buddhist era.
pub(super) fn is_thai(word: &str) -> bool {
    word.chars().next().is_some_and(|c| matches!(c, '\u{e00}'..='\u{e7f}'))
}

fn lookup(lower: &str) -> Option<u32> {
    static TABLE: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
        let mut table = HashMap::new();
        for line in NAMES.lines() {
            for (month, names) in (1u32..).zip(line.split(',')) {
                for name in names.split_whitespace() {
                    table.entry(name).or_insert(month);
                }
            }
        }
        table
    });
    TABLE.get(lower).copied()
}

/// A language a line, January to December between commas. Where two languages disagree about a word
/// (`listopad`), the earlier line wins.
const NAMES: &str = "\
january jan,february feb,march mar,april apr,may,june jun,july jul,august aug,september sep sept,october oct,november nov,december dec
januar jänner jän,februar feber,märz mär mrz maerz,april,mai,juni,juli,august,september,oktober okt,november,dezember dez
janvier janv,février fevrier févr fév fevr,mars,avril avr,mai,juin,juillet juil,août aout,septembre,octobre,novembre,décembre decembre déc
enero ene,febrero,marzo,abril abr,mayo,junio,julio,agosto ago,septiembre setiembre set,octubre,noviembre,diciembre dic
janeiro,fevereiro fev,março marco,abril,maio mai,junho,julho,agosto,setembro,outubro out,novembro,dezembro dez
gennaio genn gen,febbraio febbr,marzo,aprile,maggio magg mag,giugno giu,luglio lug,agosto,settembre sett,ottobre ott,novembre,dicembre
januari,februari,maart mrt,april,mei,juni,juli,augustus,september,oktober,november,december
januari,februari,mars,april,maj,juni,juli,augusti,september,oktober,november,december
januar,februar,marts mars,april,maj mai,juni,juli,august,september,oktober,november,december des
tammikuuta tammikuu,helmikuuta helmikuu,maaliskuuta maaliskuu,huhtikuuta huhtikuu,toukokuuta toukokuu,kesäkuuta kesäkuu,heinäkuuta heinäkuu,elokuuta elokuu,syyskuuta syyskuu,lokakuuta lokakuu,marraskuuta marraskuu,joulukuuta joulukuu
stycznia styczeń sty,lutego luty lut,marca marzec,kwietnia kwiecień kwi,maja,czerwca czerwiec cze,lipca lipiec lip,sierpnia sierpień sie,września wrzesień wrz,października październik paź,listopada listopad lis,grudnia grudzień gru
ledna leden,února únor,března březen,dubna duben,května květen,června červen,července červenec,srpna srpen,září,října říjen,listopadu listopad,prosince prosinec
januára január,februára február,marca marec,apríla apríl,mája máj,júna jún,júla júl,augusta,septembra,októbra október,novembra,decembra
január jan,február febr,március márc,április ápr,május máj,június jún,július júl,augusztus,szeptember szept,október,november,december
ianuarie ian,februarie,martie,aprilie,mai,iunie iun,iulie iul,august,septembrie,octombrie,noiembrie noi,decembrie
ocak oca,şubat şub,mart,nisan nis,mayıs,haziran haz,temmuz tem,ağustos ağu,eylül eyl,ekim eki,kasım kas,aralık ara
ιανουαρίου ιανουάριος ιαν,φεβρουαρίου φεβρουάριος φεβ,μαρτίου μάρτιος μαρ,απριλίου απρίλιος απρ,μαΐου μάιος μαϊ μαι,ιουνίου ιούνιος ιουν,ιουλίου ιούλιος ιουλ,αυγούστου αύγουστος αυγ,σεπτεμβρίου σεπτέμβριος σεπ,οκτωβρίου οκτώβριος οκτ,νοεμβρίου νοέμβριος νοε,δεκεμβρίου δεκέμβριος δεκ
января январь янв,февраля февраль фев февр,марта март мар,апреля апрель апр,мая май,июня июнь июн,июля июль июл,августа август авг,сентября сентябрь сен сент,октября октябрь окт,ноября ноябрь ноя нояб,декабря декабрь дек
січня січень січ,лютого лютий лют,березня березень бер,квітня квітень кві,травня травень тра,червня червень чер,липня липень лип,серпня серпень сер,вересня вересень вер,жовтня жовтень жов,листопада листопад,грудня грудень гру
януари,февруари,март,април,май,юни,юли,август,септември,октомври,ноември,декември
јануар јануара,фебруар фебруара,март марта,април априла,мај маја,јун јуна јуни,јул јула јули,август,септембар септембра,октобар октобра,новембар новембра,децембар децембра
januara,februara,mart marta,aprila,maj maja,jun juna,jul jula,avgust avgusta,septembar septembra,oktobar oktobra,novembar novembra,decembar decembra
siječnja siječanj,veljače veljača,ožujka ožujak,travnja travanj,svibnja svibanj,lipnja lipanj,srpnja srpanj,kolovoza kolovoz,rujna rujan,-,studenoga studenog studeni,prosinca prosinac
januarja,februarja,marec,aprila,maj,junij junija,julij julija,avgust avgusta,september,oktober oktobra,november,december
sausio sausis,vasario vasaris,kovo kovas,balandžio balandis,gegužės gegužė,birželio birželis,liepos liepa,rugpjūčio rugpjūtis,rugsėjo rugsėjis,spalio spalis,lapkričio lapkritis,gruodžio gruodis
janvāris janvārī,februāris februārī,marts martā,aprīlis aprīlī,maijs maijā,jūnijs jūnijā,jūlijs jūlijā,augusts augustā,septembris septembrī,oktobris oktobrī,novembris novembrī,decembris decembrī
jaanuar,veebruar,märts,aprill,mai,juuni,juuli,august,september,oktoober,november,detsember
gener,febrer,març,abril,maig,juny,juliol,agost,setembre,octubre,novembre,desembre
januari,februari,maret mac,april,mei,juni jun,juli julai,agustus ogos agu,september,oktober,november,desember disember
janúar,febrúar,mars,apríl,maí,júní,júlí,ágúst,september,október,nóvember,desember
يناير جانفي,فبراير فيفري,مارس,أبريل ابريل إبريل أفريل,مايو ماي,يونيو جوان,يوليو يوليوز جويلية,أغسطس اغسطس أوت غشت,سبتمبر شتنبر,أكتوبر اكتوبر,نوفمبر نونبر,ديسمبر دجنبر
-,شباط,آذار اذار,نيسان,أيار ايار,حزيران,تموز,آب,أيلول ايلول,-,-,-
ינואר בינואר,פברואר בפברואר,מרץ במרץ מרס,אפריל באפריל,מאי במאי,יוני ביוני,יולי ביולי,אוגוסט באוגוסט,ספטמבר בספטמבר,אוקטובר באוקטובר,נובמבר בנובמבר,דצמבר בדצמבר
जनवरी,फरवरी फ़रवरी,मार्च,अप्रैल,मई,जून,जुलाई,अगस्त,सितंबर सितम्बर,अक्टूबर अक्तूबर,नवंबर नवम्बर,दिसंबर दिसम्बर
জানুয়ারি জানুয়ারী,ফেব্রুয়ারি ফেব্রুয়ারী,মার্চ,এপ্রিল,মে,জুন,জুলাই,আগস্ট,সেপ্টেম্বর,অক্টোবর,নভেম্বর,ডিসেম্বর
มกราคม ม.ค,กุมภาพันธ์ ก.พ,มีนาคม มี.ค,เมษายน เม.ย,พฤษภาคม พ.ค,มิถุนายน มิ.ย,กรกฎาคม ก.ค,สิงหาคม ส.ค,กันยายน ก.ย,ตุลาคม ต.ค,พฤศจิกายน พ.ย,ธันวาคม ธ.ค
ژانویه,فوریه,مارس,آوریل,مه,ژوئن,ژوئیه,اوت,سپتامبر,اکتبر,نوامبر,دسامبر
januwari,februwari,mashi,aphreli,meyi,juni,julayi,agasti,septemba,okthoba,novemba,disemba
januarie,februarie,maart,april,mei,junie,julie,augustus,september,oktober,november,desember
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_languages_are_known() {
        let known = [
            ("Sept", 9),
            ("März", 3),
            ("août", 8),
            ("diciembre", 12),
            ("março", 3),
            ("grudnia", 12),
            ("مارس", 3),
            ("มี.ค", 3),
            ("февраля", 2),
            ("Şubat", 2),
            ("kovo", 3),
            ("Μαΐου", 5),
            ("listopada", 11),
            ("DEC", 12),
        ];
        for (name, number) in known {
            assert_eq!(month(name), Some(number), "{name}");
        }
    }

    #[test]
    fn other_words_are_none() {
        for word in ["maybe", "monday", "-", "", "marcher"] {
            assert_eq!(month(word), None, "{word}");
        }
    }

    #[test]
    fn every_language_has_twelve() {
        for line in NAMES.lines() {
            assert_eq!(line.split(',').count(), 12, "{line}");
        }
    }
}
