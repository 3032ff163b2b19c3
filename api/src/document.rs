//! The OpenAPI document: what routes say of themselves, and what holds for all of them alike.

use crate::edge::problem::{FieldError, ProblemDocument};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{Modify, OpenApi as _};

const DESCRIPTION: &str = "\
The backend of a social community.

**Writes** are commands: they answer when they are stored for good, with their position in the log in \
`Madang-Position` and in a cookie of the same. **Reads** wait (one second at most, unless `Prefer: wait=n` \
says otherwise) until they show what their caller wrote; an answer that may lack it says `Madang-Stale: true`.

**Errors** are `application/problem+json`: program against `code`, show `detail`, and mark the fields in \
`errors`. **Lists** go on by `next_cursor`, which stays right while rows come and go. **Versions** of people, \
posts and comments are in `ETag`; with `If-Match` a write is refused (412) if another came in between. \
**Repeats** with the same `Idempotency-Key` change nothing and get the first answer, for a day.";

/// A topic of the document (a tag, in OpenAPI's words): the name that routes refer to, and the description.
pub type Topic = (&'static str, &'static str);

/// The document before any route is added.
#[must_use]
pub fn base(topics: Vec<Topic>) -> OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(
        info(title = "Madang", description = DESCRIPTION, license(name = "MIT", identifier = "MIT")),
        components(schemas(ProblemDocument, FieldError)),
        modifiers(&Bearer)
    )]
    struct Base;
    let mut document = Base::openapi();
    let tag = |(name, description)| TagBuilder::new().name(name).description(Some(description)).build();
    document.tags = Some(topics.into_iter().map(tag).collect());
    document
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "The `access_token` of POST /v1/sessions. Browsers may ask for cookies instead.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// Adds to every route what the edge does for all of them: headers in and out, and problems.
pub fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let in_api = path.starts_with("/v1/") && path != "/v1/ping";
        let writes = [
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Patch, &mut item.patch),
            (HttpMethod::Delete, &mut item.delete),
        ];
        for (method, operation) in writes {
            if let Some(operation) = operation {
                complete_write(path, &method, operation);
            }
        }
        if let Some(operation) = item.get.as_mut().filter(|_| in_api) {
            complete_read(operation);
        }
    }
}

fn complete_write(path: &str, method: &HttpMethod, operation: &mut Operation) {
    add_problems(operation);
    // These routes take no key: the answers of some hold secrets, which are not kept to be given again;
    // others say nothing to the log.
    if is_about(operation, &["sessions", "sign-ups", "account", "projections"]) {
        return;
    }
    let key = "1 to 255 visible ASCII characters. Repeating the request with the same key changes nothing \
               and gets the first answer.";
    add_header(operation, "Idempotency-Key", Type::String, key);
    let versioned = matches!(path, "/v1/me" | "/v1/posts/{id}" | "/v1/comments/{id}");
    if versioned && *method != HttpMethod::Post {
        let text = "An `ETag` such as `\"7\"`, or a list of several: refuses (412) if another change came in between.";
        add_header(operation, "If-Match", Type::String, text);
    }
    add_answer_header(operation, "Madang-Position", "Show it in the next read to see this write in it.");
}

fn is_about(operation: &Operation, tags: &[&str]) -> bool {
    operation.tags.iter().flatten().any(|tag| tags.contains(&tag.as_str()))
}

fn complete_read(operation: &mut Operation) {
    add_problems(operation);
    // These routes read the log itself, or how far its readers have come: they have nothing to wait for.
    if is_about(operation, &["events", "projections"]) {
        return;
    }
    let position = "What this read must show: the `Madang-Position` of an earlier answer.";
    add_header(operation, "Madang-Position", Type::Integer, position);
    let prefer = "`wait=n` waits at most n seconds (up to 10) for that position, `respond-async` not at all.";
    add_header(operation, "Prefer", Type::String, prefer);
    add_answer_header(operation, "Madang-Position", "The position up to which this is complete.");
    add_answer_header(operation, "Madang-Stale", "`true` if this may lack what the caller wrote.");
}

fn add_header(operation: &mut Operation, name: &str, kind: Type, description: &str) {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(kind).build()))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
}

fn add_answer_header(operation: &mut Operation, name: &str, description: &str) {
    let successes = operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2'));
    for (_, response) in successes {
        if let RefOr::T(response) = response {
            let header = HeaderBuilder::new().description(Some(description)).build();
            response.headers.insert(name.to_owned(), RefOr::T(header));
        }
    }
}

fn add_problems(operation: &mut Operation) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    for (statuses, description) in [
        ("4XX", "The request can't be carried out; `code` and `detail` say why."),
        ("5XX", "Repeat it later."),
    ] {
        let response = ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content.clone())
            .build();
        operation.responses.responses.entry(statuses.to_owned()).or_insert(RefOr::T(response));
    }
}
