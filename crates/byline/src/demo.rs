//! The bundled site: what the web does to a crawler, small and on loopback. Two servers on free ports of
//! 127.0.0.1, so that a link can lead to another site.

mod render;

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What an address answers.
#[derive(Debug, Clone)]
enum Answer {
    /// Bytes and their Content-Type.
    Page(Vec<u8>, &'static str),
    Moved(String),
}

/// Pages by path.
type Pages = BTreeMap<String, Answer>;

/// The running site; ends with [`CancellationToken::cancel`] of the token it was started with.
#[derive(Debug)]
pub struct DemoSite {
    /// Author pages to follow.
    pub author_pages: Vec<String>,
}

impl DemoSite {
    /// # Errors
    /// Where no port of loopback is free.
    pub async fn start(stop: &CancellationToken) -> Result<Self> {
        let main = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let names = [main.local_addr()?.to_string(), other.local_addr()?.to_string()];
        Ok(Self::on([main, other], &names, stop))
    }

    /// At `address` (`host:port`, the name by which visitors know it), the other site one port above.
    ///
    /// # Errors
    /// Where the address is none, or not this machine's, or taken.
    pub async fn start_at(address: &str, stop: &CancellationToken) -> Result<Self> {
        let (host, port) =
            address.rsplit_once(':').context("the address wants a port, as in localhost:8000")?;
        let port: u16 = port.parse().with_context(|| format!("{port:?} is not a port"))?;
        let above = port.checked_add(1).context("the port above must be free for the other site")?;
        let names = [format!("{host}:{port}"), format!("{host}:{above}")];
        let listen = |name: String| async move {
            TcpListener::bind(&name).await.with_context(|| format!("cannot listen on {name}"))
        };
        let listeners = [listen(names[0].clone()).await?, listen(names[1].clone()).await?];
        Ok(Self::on(listeners, &names, stop))
    }

    fn on(
        [main, other]: [TcpListener; 2],
        [base, elsewhere]: &[String; 2],
        stop: &CancellationToken,
    ) -> Self {
        serve(main, render::main_site(&format!("http://{elsewhere}")), stop);
        serve(other, render::other_site(), stop);
        let author_pages = render::AUTHOR_PAGES.iter().map(|path| format!("http://{base}{path}")).collect();
        Self { author_pages }
    }
}

fn serve(listener: TcpListener, pages: Pages, stop: &CancellationToken) {
    let router = Router::new().fallback(answer).with_state(Arc::new(pages));
    let stop = stop.clone().cancelled_owned();
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stop).await {
            tracing::error!(%error, "the demo's site ended");
        }
    });
}

async fn answer(State(pages): State<Arc<Pages>>, request: Request) -> Response {
    let target = request.uri().path_and_query().map_or("/", |p| p.as_str());
    match pages.get(target) {
        Some(Answer::Page(bytes, kind)) => page(&request, bytes, kind),
        Some(Answer::Moved(to)) => {
            (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to.clone())]).into_response()
        }
        None => (
            StatusCode::NOT_FOUND,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            "<h1>Not found</h1>",
        )
            .into_response(),
    }
}

/// With a validator, as any well-kept server: an unchanged page costs no body on the next visit.
fn page(request: &Request, bytes: &[u8], kind: &'static str) -> Response {
    let tag = format!(
        "\"{:x}-{:x}\"",
        bytes.len(),
        bytes.iter().fold(7_u32, |h, b| h.wrapping_mul(31) ^ u32::from(*b))
    );
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known == Some(tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::ETAG, tag)], bytes.to_vec()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_has_what_it_is_made_to_show() {
        let site = render::main_site("http://127.0.0.1:9");
        let text = |path: &str| match &site[path] {
            Answer::Page(bytes, _) => String::from_utf8_lossy(bytes).into_owned(),
            Answer::Moved(to) => panic!("{path} moves to {to}"),
        };
        let listing = text("/experts/li-xin");
        assert_eq!(listing.matches("<li>").count(), 20);
        assert_eq!(listing.matches("<li><a").count(), 4);
        assert!(listing.contains("http://127.0.0.1:9/"));
        let article = text("/articles/2016/zhong-e-2015");
        assert_eq!(article.matches("全面战略协作伙伴关系新阶段的联合声明").count() % 2, 0);
        assert!(article.contains("作者及其成果") && article.contains("<h3>远东投资且艰且行</h3>"));
        assert!(text("/people/mara-lindqvist").contains("rel=\"next\""));
        assert!(matches!(&site["/old/zhihui.html"], Answer::Moved(_)));
        assert!(!site.contains_key("/articles/lilun"));
    }

    #[test]
    fn the_gbk_pages_are_gbk() {
        let Answer::Page(bytes, kind) = &render::main_site("http://127.0.0.1:9")["/zl/chenmo/"] else {
            panic!()
        };
        assert!(std::str::from_utf8(bytes).is_err());
        assert_eq!(*kind, "text/html");
        assert!(bytes.starts_with(b"<html>\n<head>\n<meta http-equiv"));
    }
}
