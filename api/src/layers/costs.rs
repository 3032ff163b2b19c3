//! The costs of requests: the number that a request counts for in its asker's limit.

use std::collections::HashMap;

/// The API's document, and the pages that show it: routes that no feature declares, and that ask nothing.
const DOCUMENT: &str = "/openapi.json";
const DOCS: &str = "/docs";

/// Routes whose requests count for more or less than one.
pub struct Costs(pub HashMap<&'static str, u32>);

impl Costs {
    /// Returns the cost of a request to this route, as a feature declares it; a route without a declaration
    /// costs one.
    #[must_use]
    pub fn of(&self, route: &str) -> u32 {
        if route == DOCUMENT || route.starts_with(DOCS) {
            return 0;
        }
        self.0.get(route).copied().unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_counts_but_for_documents_and_what_says_otherwise() {
        let costs = Costs(HashMap::from([("/", 3), ("/healthz", 0)]));
        for (route, cost) in [
            ("/", 3),
            ("/healthz", 0),
            ("/docs/{*rest}", 0),
            ("/openapi.json", 0),
            ("/v1/posts", 1),
            ("/@{handle}", 1),
            ("unmatched", 1),
        ] {
            assert_eq!(costs.of(route), cost, "{route}");
        }
    }
}
