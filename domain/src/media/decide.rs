//! The rules of a media.

use super::{Media, MediaCommand, MediaEvent, MediaState, RemoveReason};
use crate::aggregate::{Claim, Decide, Refusal, RefusalKind, cqrs_aggregate};
use crate::value::{MediaId, UserId};
use uuid::Uuid;

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaRefusal {
    /// The media was never requested, or was removed.
    #[error("there is no such media, or it was removed")]
    MediaNotFound,
    /// Another media has this id.
    #[error("another media was requested under this id")]
    AlreadyRequested,
    /// The announced number of bytes is more than any service takes.
    #[error("a media must have at most {} bytes", Media::MAX_BYTES)]
    TooLarge,
    /// The command's sender is not the media's owner, who alone may do this.
    #[error("only the media's owner may do this")]
    NotTheOwner,
    /// The media's bytes are not in storage yet.
    #[error("the media is not uploaded yet")]
    NotUploaded,
    /// The media can't be shown yet, or never will be.
    #[error("the media is not ready to be shown")]
    NotReady,
    /// The media was not removed: bytes that may be shown must stay in storage.
    #[error("the media was not removed")]
    NotRemoved,
}

impl Refusal for MediaRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::MediaNotFound => "media_not_found",
            Self::AlreadyRequested => "media_already_requested",
            Self::TooLarge => "media_too_large",
            Self::NotTheOwner => "not_the_owner",
            Self::NotUploaded => "media_not_uploaded",
            Self::NotReady => "media_not_ready",
            Self::NotRemoved => "media_not_removed",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::MediaNotFound => RefusalKind::NotFound,
            Self::NotTheOwner => RefusalKind::Forbidden,
            Self::TooLarge => RefusalKind::Invalid,
            Self::AlreadyRequested | Self::NotUploaded | Self::NotReady | Self::NotRemoved => {
                RefusalKind::Conflict
            }
        }
    }
}

impl Decide for Media {
    const TYPE: &'static str = "media";
    type Command = MediaCommand;
    type Event = MediaEvent;
    type Refusal = MediaRefusal;

    fn decide(&self, command: &MediaCommand) -> Result<Vec<MediaEvent>, MediaRefusal> {
        match command {
            MediaCommand::Request { byte_size, .. } if *byte_size > Self::MAX_BYTES => {
                Err(MediaRefusal::TooLarge)
            }
            MediaCommand::Request { by, content_type, byte_size } => {
                if self.state != MediaState::Unknown {
                    let same = self.is_there()
                        && self.owner_id == *by
                        && self.content_type == *content_type
                        && self.byte_size == *byte_size;
                    return if same { Ok(vec![]) } else { Err(MediaRefusal::AlreadyRequested) };
                }
                Ok(vec![MediaEvent::MediaRequested {
                    owner_id: *by,
                    content_type: content_type.clone(),
                    byte_size: *byte_size,
                }])
            }
            MediaCommand::Complete { by, byte_size } => {
                self.must_be_there_and_of(*by)?;
                if self.state != MediaState::Uploading {
                    return Ok(vec![]);
                }
                Ok(vec![MediaEvent::MediaUploaded { byte_size: *byte_size }])
            }
            MediaCommand::Process { processed } => {
                self.outcome(MediaEvent::MediaProcessed(processed.clone()))
            }
            MediaCommand::Refuse { reason } => {
                self.outcome(MediaEvent::MediaRefused { reason: reason.name().to_owned() })
            }
            MediaCommand::Remove { reason } => self.remove(*reason),
            MediaCommand::Sweep => match self.state {
                MediaState::Unknown => Err(MediaRefusal::MediaNotFound),
                MediaState::Removed => Ok(vec![MediaEvent::MediaSwept {}]),
                MediaState::Swept => Ok(vec![]),
                MediaState::Uploading | MediaState::Processing | MediaState::Ready | MediaState::Refused => {
                    Err(MediaRefusal::NotRemoved)
                }
            },
        }
    }

    fn evolve(&mut self, event: &MediaEvent) {
        match event.clone() {
            MediaEvent::MediaRequested { owner_id, content_type, byte_size } => {
                let state = MediaState::Uploading;
                *self = Self { owner_id, state, content_type, byte_size, processed: None };
            }
            MediaEvent::MediaUploaded { .. } => self.state = MediaState::Processing,
            MediaEvent::MediaProcessed(processed) => {
                self.state = MediaState::Ready;
                self.processed = Some(processed);
            }
            MediaEvent::MediaRefused { .. } => self.state = MediaState::Refused,
            MediaEvent::MediaRemoved { .. } => self.state = MediaState::Removed,
            MediaEvent::MediaSwept {} => self.state = MediaState::Swept,
        }
    }

    /// Returns the claims of the event: the aggregate that shows a media has it, and a removed media has
    /// itself: nothing that is shown is removed, and nothing removed comes to be shown, whichever command is
    /// quicker. The media of an erased person are all removed, even those that are shown.
    fn claims(&self, id: Uuid, event: &MediaEvent) -> Vec<Claim> {
        match event {
            MediaEvent::MediaRemoved { reason } if reason != RemoveReason::Erased.name() => {
                vec![MediaId(id).take()]
            }
            MediaEvent::MediaRequested { .. }
            | MediaEvent::MediaUploaded { .. }
            | MediaEvent::MediaProcessed(_)
            | MediaEvent::MediaRefused { .. }
            | MediaEvent::MediaRemoved { .. }
            | MediaEvent::MediaSwept {} => vec![],
        }
    }
}

cqrs_aggregate!(Media);

impl Media {
    /// Returns true if the media was requested and not removed.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !matches!(self.state, MediaState::Unknown | MediaState::Removed | MediaState::Swept)
    }

    pub(super) fn must_be_there_and_of(&self, person: UserId) -> Result<(), MediaRefusal> {
        if !self.is_there() {
            return Err(MediaRefusal::MediaNotFound);
        }
        if self.owner_id != person {
            return Err(MediaRefusal::NotTheOwner);
        }
        Ok(())
    }

    /// Returns the event of an outcome: the first outcome counts; an outcome that comes late, or after the
    /// removal, causes no event.
    fn outcome(&self, event: MediaEvent) -> Result<Vec<MediaEvent>, MediaRefusal> {
        match self.state {
            MediaState::Unknown => Err(MediaRefusal::MediaNotFound),
            MediaState::Uploading => Err(MediaRefusal::NotUploaded),
            MediaState::Processing => Ok(vec![event]),
            MediaState::Ready | MediaState::Refused | MediaState::Removed | MediaState::Swept => Ok(vec![]),
        }
    }

    /// Returns the event of a removal, if its reason still holds: an upload that was completed after all is
    /// not abandoned.
    fn remove(&self, reason: RemoveReason) -> Result<Vec<MediaEvent>, MediaRefusal> {
        if self.state == MediaState::Unknown {
            return Err(MediaRefusal::MediaNotFound);
        }
        let holds = match reason {
            RemoveReason::ByOwner { by } if self.owner_id != by => return Err(MediaRefusal::NotTheOwner),
            RemoveReason::ByOwner { .. } | RemoveReason::Erased => self.is_there(),
            RemoveReason::Abandoned => self.state == MediaState::Uploading,
            RemoveReason::Unused | RemoveReason::NoLongerShown => {
                matches!(self.state, MediaState::Ready | MediaState::Refused)
            }
        };
        Ok(if holds { vec![MediaEvent::MediaRemoved { reason: reason.name().to_owned() }] } else { vec![] })
    }
}
