//! Files and photos: [`s3`] keeps files, [`images`] makes pictures of what was uploaded, and [`media`] is the worker
//! that does so for each photo, and takes away what nothing shows any more.

pub mod images;
pub mod media;
pub mod s3;
