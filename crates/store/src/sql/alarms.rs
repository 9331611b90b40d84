//! What is wrong with the installation itself, until it is mended.

use super::outbox;
use crate::{
    AlarmRow, NewEvent, Result, Time,
    db::{Db, args},
};
use serde_json::json;

pub(super) async fn set(
    db: &Db,
    subject: &str,
    alarm: &str,
    detail: Option<&str>,
    now: Time,
) -> Result<bool> {
    let mut tx = db.begin().await?;
    let news = match detail {
        Some(detail) => {
            let sql = "INSERT INTO alarms (subject, alarm, detail, since) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (subject, alarm) DO NOTHING";
            let raised = tx.run(sql, args![subject, alarm, detail, now]).await? > 0;
            let sql = "UPDATE alarms SET detail = $3 WHERE subject = $1 AND alarm = $2 AND detail <> $3";
            tx.run(sql, args![subject, alarm, detail]).await?;
            raised
        }
        None => {
            let sql = "DELETE FROM alarms WHERE subject = $1 AND alarm = $2";
            tx.run(sql, args![subject, alarm]).await? > 0
        }
    };
    if news {
        let event = NewEvent {
            kind: "installation.alarm".to_owned(),
            subject: subject.to_owned(),
            at: now,
            data: json!({ "alarm": alarm, "raised": detail.is_some(), "detail": detail }),
        };
        outbox::write(&mut tx, [&event].into_iter()).await?;
    }
    tx.commit().await?;
    Ok(news)
}

pub(super) async fn list(db: &Db) -> Result<Vec<AlarmRow>> {
    let sql = "SELECT subject, alarm, detail, since FROM
                   (SELECT 0 AS place, subject, alarm, detail, since FROM alarms
                    UNION ALL
                    SELECT 1 AS place, p.url, s.alarm, '', NULL FROM sources s JOIN pages p ON p.id = s.page_id
                    WHERE s.followed AND s.alarm IS NOT NULL) AS wanting
               ORDER BY place, subject, alarm";
    let rows = db.read(sql, args![]).await?;
    rows.iter()
        .map(|row| {
            Ok(AlarmRow {
                subject: row.text("subject")?,
                alarm: row.text("alarm")?,
                detail: row.text("detail")?,
                since: row.opt_time("since")?,
            })
        })
        .collect()
}
