//! The router: all routes put together, with the document that describes them and the layers around them.

use crate::app::App;
use crate::edge::Problem;
use crate::layers::cors;
use crate::{dev, document, features, layers};
use axum::body::Bytes;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The least size of an answer that is compressed: smaller ones gain nothing.
const COMPRESSED_FROM_BYTES: u64 = 4 * 1024;

/// The router of everything that is served. Serve it with `ConnectInfo<SocketAddr>`, or all anonymous callers
/// share one limit of rate.
pub fn router(app: App) -> Router {
    let (routes, document) = api().split_for_parts();
    let json = Bytes::from(document.to_json().expect("the document is plain data"));
    let document = get(async move || ([(header::CONTENT_TYPE, "application/json")], json));
    routes
        .merge(features::pages())
        .route("/openapi.json", document)
        .merge(SwaggerUi::new("/docs").config(Config::new(["/openapi.json"])))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), layers::around))
        .layer(compression())
        .layer(cors::layer(&app.settings.cors))
        // The mailbox stands outside CORS: otherwise any page that a developer visits could read the letters.
        .merge(mailbox(&app))
        .with_state(app)
}

fn mailbox(app: &App) -> Router<App> {
    if !app.settings.dev_mailbox {
        return Router::new();
    }
    dev::routes().layer(middleware::from_fn_with_state(app.clone(), layers::around))
}

/// The document that describes all routes.
#[must_use]
pub fn openapi() -> OpenApi {
    api().into_openapi()
}

fn api() -> OpenApiRouter<App> {
    let routes = features::ALL.iter().map(|feature| feature.routes());
    let mut api =
        routes.fold(OpenApiRouter::with_openapi(document::base(features::topics())), OpenApiRouter::merge);
    document::complete(api.get_openapi_mut());
    api
}

async fn unknown_route() -> Problem {
    Problem::not_found("route_not_found", "There is nothing under this path. See /docs for what there is.")
}

async fn wrong_method(method: Method) -> impl IntoResponse {
    let detail = format!("{method} means nothing here. The `Allow` header says what does.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

fn compression() -> CompressionLayer<impl Predicate> {
    // The pages of /docs are not compressed: they are as large as all else together, and compressing them for
    // many callers at once would keep the processors busy for minutes.
    let not_pages = NotForContentType::new("text/").and(NotForContentType::IMAGES);
    let worth_it = SizeAbove::new(COMPRESSED_FROM_BYTES).and(not_pages);
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn document() -> Value {
        serde_json::to_value(openapi()).expect("plain data")
    }

    /// Each operation with its method and path.
    fn operations(document: &Value) -> Vec<(String, &Value)> {
        let paths = document["paths"].as_object().expect("paths");
        let of_path = |(path, item): (&String, &'_ Value)| {
            let methods = item.as_object().expect("methods").clone();
            methods
                .into_iter()
                .map(|(method, _)| format!("{} {path}", method.to_uppercase()))
                .collect::<Vec<_>>()
        };
        let names = paths.iter().flat_map(of_path);
        names
            .map(|name| {
                let (method, path) = name.split_once(' ').expect("two words");
                let operation = &document["paths"][path][method.to_lowercase()];
                (name, operation)
            })
            .collect()
    }

    #[test]
    fn the_document_is_openapi_3_1_and_names_each_operation_once() {
        let document = document();
        assert_eq!(document["openapi"], "3.1.0");
        let operations = operations(&document);
        let ids: BTreeSet<&str> = operations
            .iter()
            .map(|(_, operation)| operation["operationId"].as_str().expect("an id"))
            .collect();
        assert_eq!(ids.len(), operations.len());
    }

    #[test]
    fn every_schema_that_is_referred_to_is_there() {
        let document = document();
        let text = document.to_string();
        let names = text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next());
        for name in names {
            assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_route_says_how_it_fails_and_every_command_takes_a_key() {
        let document = document();
        for (name, operation) in operations(&document) {
            if !name.contains(" /v1/") || name == "GET /v1/ping" {
                continue;
            }
            let problem = &operation["responses"]["4XX"]["content"]["application/problem+json"];
            assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem", "{name}");
            let parameters = operation["parameters"].to_string();
            let takes_key = parameters.contains("Idempotency-Key");
            // Routes of these tags take no key: they say nothing to the log, or can be repeated without harm
            // anyway.
            let without = ["sessions", "sign-ups", "account", "projections"].map(Value::from);
            let is_command = !name.starts_with("GET ") && !without.contains(&operation["tags"][0]);
            assert_eq!(takes_key, is_command, "{name}");
        }
    }

    #[test]
    fn a_page_of_another_origin_may_send_and_read_each_header_of_the_document() {
        let document = document();
        for (name, operation) in operations(&document) {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            for parameter in parameters.filter(|parameter| parameter["in"] == "header") {
                let header = parameter["name"].as_str().expect("a name").to_ascii_lowercase();
                assert!(cors::ALLOWED.contains(&header.as_str()), "{name} takes {header}");
            }
            let responses = operation["responses"].as_object().into_iter().flat_map(|all| all.values());
            let headers = responses.filter_map(|response| response["headers"].as_object());
            for header in headers.flat_map(|all| all.keys()) {
                let header = header.to_ascii_lowercase();
                assert!(cors::EXPOSED.contains(&header.as_str()), "{name} answers {header}");
            }
        }
    }
}
