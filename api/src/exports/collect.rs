//! The content of an export: a README, and the files that features add.

use super::archive;
use crate::app::App;
use crate::personal::{Export, ExportError, Exporter, Piece};
use domain::value::UserId;
use std::fs::File;
use std::io;
use tokio::sync::mpsc;

/// The number of pieces that wait for the thread that compresses: each may be a whole photo.
const WAITING: usize = 1;

/// The columns of the README's list, as wide as a terminal shows them.
const NAME_WIDTH: usize = 26;
const KOREAN_WIDTH: usize = 41;

/// The reason why an export could not be made; the job tries again.
#[derive(Debug, thiserror::Error)]
pub(super) enum CollectError {
    /// The file can't be written.
    #[error("the archive can't be written")]
    Write(#[from] io::Error),
    /// The thread that writes the file is gone.
    #[error("writing the archive was cut off")]
    CutOff(#[from] tokio::task::JoinError),
    /// See [`ExportError`].
    #[error(transparent)]
    Export(#[from] ExportError),
}

/// Writes all of an export.
pub(super) async fn collect(app: &App, exports: &[Export], me: UserId) -> Result<File, CollectError> {
    let (sender, pieces) = mpsc::channel(WAITING);
    let writing = tokio::task::spawn_blocking(move || archive::write(pieces));
    let sent = send(app, exports, me, sender).await;
    // The writer's error comes first: where writing failed, sending failed for that reason.
    let file = writing.await??;
    sent?;
    Ok(file)
}

/// Sends file after file, in the order of the features. The writing thread ends when the sender is gone.
async fn send(
    app: &App,
    exports: &[Export],
    me: UserId,
    pieces: mpsc::Sender<Piece>,
) -> Result<(), ExportError> {
    Exporter::new("README.txt", pieces.clone()).text(readme(exports)).await?;
    for export in exports {
        (export.write)(app, me, Exporter::new(export.name, pieces.clone())).await?;
    }
    Ok(())
}

/// The README: what each file is, to people.
fn readme(exports: &[Export]) -> String {
    let line = |Export { name, korean, english, .. }: &Export| {
        format!("{}{}{english}", padded(name, NAME_WIDTH), padded(korean, KOREAN_WIDTH))
    };
    let lines: Vec<_> = exports.iter().map(line).collect();
    include_str!("readme.txt").replace("{files}", &lines.join("\n"))
}

/// Pads a text to a width; Korean letters take two columns.
fn padded(text: &str, width: usize) -> String {
    let columns = text.chars().map(|letter| if letter >= '\u{1100}' { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(columns)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::BoxFuture;

    fn nothing(_: &App, _: UserId, _: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    #[test]
    fn the_readme_has_a_line_for_each_file() {
        let export = |name, korean, english| Export { name, korean, english, reads: &[], write: nothing };
        let text = readme(&[
            export("posts.json", "쓴 글", "your posts"),
            export("history.jsonl", "이름으로 한 모든 일 (한 줄에 하나씩)", "everything"),
        ]);
        let told = "\
posts.json                쓴 글                                    your posts
history.jsonl             이름으로 한 모든 일 (한 줄에 하나씩)     everything
";
        assert!(text.contains(told), "{text}");
    }
}
