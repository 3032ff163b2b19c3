//! Files and photos: [`s3`] keeps files, [`images`] makes pictures of an uploaded one, and [`media`] is the
//! worker that does so for each photo, and removes photos that no post or profile shows any more.

pub mod images;
pub mod media;
pub mod s3;
