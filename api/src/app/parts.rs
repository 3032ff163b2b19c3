//! The parts that features keep for themselves in a node: caches, engines, ways to a worker.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;

/// One part of each type, put in by the feature whose type that is. Handlers reach a part by
/// [`super::Ground::part`].
#[derive(Default)]
pub struct Parts(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Parts {
    /// Keeps a part.
    ///
    /// # Panics
    /// If there is a part of its type already: a type belongs to one feature.
    pub fn put<T: Any + Send + Sync>(&mut self, part: T) {
        let before = self.0.insert(TypeId::of::<T>(), Box::new(part));
        assert!(before.is_none(), "{} is kept once", type_name::<T>());
    }

    /// The part of this type.
    ///
    /// # Panics
    /// If no feature put such a part in.
    #[must_use]
    pub fn get<T: Any + Send + Sync>(&self) -> &T {
        let part = self.0.get(&TypeId::of::<T>()).and_then(|part| part.downcast_ref());
        part.unwrap_or_else(|| panic!("the feature that has {} is listed, and puts one in", type_name::<T>()))
    }
}
