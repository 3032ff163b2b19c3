//! The private storage: files in a folder, spoken to as any S3 is, signatures and all. The storage runs in
//! this process, on the keeper's thread.

use super::LocalError;
use async_trait::async_trait;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use photos::s3::PUBLIC;
use rand::{TryRngCore, rngs::OsRng};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::SimpleAuth;
use s3s::path::S3Path;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3Result, s3_error};
use s3s_fs::FileSystem;
use service::settings::{S3Settings, Secret, WebUrl};
use std::{path::Path, time::Duration};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower_http::cors::{Any, CorsLayer};

const BUCKET: &str = "madang";
const REGION: &str = "us-east-1";
const ACCESS_KEY_ID: &str = "madang";
/// The most connections at once; more of them wait.
const CONNECTIONS: usize = 1_000;
/// The longest time that a request's head may take.
const HEAD_WITHIN: Duration = Duration::from_secs(30);

/// The storage's server, which runs until it is told to stop.
pub(super) struct S3 {
    listener: TcpListener,
    service: S3Service,
}

/// Opens the folder `s3` in `data_dir`. The secret is another one at each start, and known to nobody but us.
pub(super) async fn start(data_dir: &Path) -> Result<(S3Settings, S3), LocalError> {
    let folder = data_dir.join("s3");
    let failed = |action| LocalError::io(action, &folder);
    std::fs::create_dir_all(folder.join(BUCKET)).map_err(failed("make"))?;
    let files = FileSystem::new(&folder)
        .map_err(|error| failed("open")(std::io::Error::other(format!("{error:?}"))))?;
    let mut secret = [0; 32];
    OsRng
        .try_fill_bytes(&mut secret)
        .map_err(|error| failed("make a key for")(std::io::Error::other(error)))?;
    let secret: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, secret.as_str()));
    service.set_access(OwnerAndReaders);
    let listener = listen(&data_dir.join("s3.port")).await.map_err(failed("serve"))?;
    let endpoint = format!("http://{}", listener.local_addr().map_err(failed("serve"))?);
    let settings = S3Settings {
        public_url: WebUrl(format!("{endpoint}/{BUCKET}")),
        endpoint: WebUrl(endpoint),
        region: REGION.to_owned(),
        bucket: BUCKET.to_owned(),
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: Secret::from(secret),
    };
    Ok((settings, S3 { listener, service: service.build() }))
}

/// Listens on the same port as before, if it is free: pages that are open still find their photos.
async fn listen(note: &Path) -> std::io::Result<TcpListener> {
    let before = std::fs::read_to_string(note).ok().and_then(|port| port.trim().parse().ok());
    let listener = match TcpListener::bind(("127.0.0.1", before.unwrap_or(0))).await {
        Ok(listener) => listener,
        Err(_taken) => TcpListener::bind(("127.0.0.1", 0)).await?,
    };
    std::fs::write(note, listener.local_addr()?.port().to_string())?;
    Ok(listener)
}

impl S3 {
    pub(super) async fn serve(self, stopping: CancellationToken) {
        // Browsers upload from pages of other origins.
        let cors =
            CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any).expose_headers(Any);
        let service = TowerToHyperService::new(ServiceBuilder::new().layer(cors).service(self.service));
        let slots = std::sync::Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = stopping.cancelled() => return,
            };
            let Ok((stream, _)) = accepted else {
                // The process is out of files, most likely; some are given back in a moment.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Ok(slot) = slots.clone().acquire_owned().await else { return };
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
            let connection = http.serve_connection(TokioIo::new(stream), service.clone());
            let stopping = stopping.clone();
            tokio::spawn(async move {
                let _slot = slot;
                tokio::select! {
                    // An error of a connection is no concern: its client went away in the middle.
                    _ = connection => {}
                    () = stopping.cancelled() => {}
                }
            });
        }
    }
}

/// The access rule: a request with our signature may do everything, others may read what is public.
struct OwnerAndReaders;

#[async_trait]
impl S3Access for OwnerAndReaders {
    async fn check(&self, request: &mut S3AccessContext<'_>) -> S3Result<()> {
        let is_public = |path: &S3Path| match path {
            S3Path::Object { key, .. } => key.starts_with(PUBLIC),
            S3Path::Root | S3Path::Bucket { .. } => false,
        };
        let reads = matches!(request.s3_op().name(), "GetObject" | "HeadObject");
        // The headers of an answer, which a query could set, are the owner's to choose.
        let is_plain = request.uri().query().is_none();
        if request.credentials().is_some() || (reads && is_plain && is_public(request.s3_path())) {
            return Ok(());
        }
        Err(s3_error!(AccessDenied, "this needs a signature"))
    }
}
