//! Variables that concern photos, other files, and search.

use super::{Group, Variable};

/// The storage of photos and exports.
pub const FILES: Group = Group {
    title: "Photos and exports",
    variables: &[
        Variable::new(
            "S3_ENDPOINT",
            "– (a private one under `madang up`)",
            "a storage that speaks S3, which browsers reach, too. Without it there are no photos and no exports",
        ),
        Variable::new("S3_ACCESS_KEY_ID", "–", "the id of a key of the storage; required with `S3_ENDPOINT`"),
        Variable::new("S3_SECRET_ACCESS_KEY", "–", "the secret of this key; required with `S3_ENDPOINT`"),
        Variable::new("S3_REGION", "`us-east-1`", "the region, as the storage calls it"),
        Variable::new(
            "S3_BUCKET",
            "`madang`",
            "a bucket of its own, in which files that belong to nothing are deleted. Madang makes it at the start if it \
             is not there. Anyone must be allowed to read what is under `media/` in it, and to upload to it from your \
             pages (CORS)",
        ),
        Variable::new(
            "S3_PUBLIC_URL",
            "the bucket's address",
            "the address under which `media/` is seen, that of a CDN, for example",
        ),
        Variable::new(
            "MADANG_MEDIA_GRACE_SECONDS",
            "`86400` (a day)",
            "how long a photo is kept that nothing came to show",
        ),
    ],
};

/// The search engine, and the model that makes vectors of texts.
pub const SEARCH: Group = Group {
    title: "Search",
    variables: &[
        Variable::new(
            "MADANG_SEARCH_DIR",
            "none (in the data folder under `madang up`)",
            "the folder of an `api` process's search index where there is no Meilisearch; each process needs a folder \
             of its own. Without it the index is in a temporary folder and filled anew at each start, at thousands of \
             posts a second",
        ),
        Variable::new(
            "MEILI_URL",
            "– (each `api` process searches by itself)",
            "a Meilisearch, 1.50 or newer. The names of its indexes carry the log's id, so many installations may share \
             one. While it is away everything else goes on, and searches get a 503 with the code `search_unavailable`",
        ),
        Variable::new(
            "MEILI_KEY",
            "–",
            "a key of this Meilisearch that may do anything with indexes whose names begin with `madang_`, and see tasks",
        ),
        Variable::new(
            "MADANG_POPULAR_SEARCHES_EVERY_SECONDS",
            "`300`",
            "how often popular searches are counted anew. Rarer is more private: where few people search, a list that \
             changes tells whose search it was. 0 counts for each request, and is for tests",
        ),
        Variable::new(
            "MADANG_EMBEDDER_URL",
            "– (closeness of wording, made here)",
            "a model that makes vectors of texts, behind OpenAI's interface for embeddings: \
             `https://api.openai.com/v1`, or Ollama's `http://localhost:11434/v1`. The model reads all posts, those for \
             followers and anonymous ones too, and what is searched by closeness. Each `api` process asks it about each \
             post",
        ),
        Variable::new(
            "MADANG_EMBEDDER_MODEL",
            "–",
            "the model's name there, such as `text-embedding-3-small` or `bge-m3`; required with `MADANG_EMBEDDER_URL`. \
             Where the model changes under the same name, remove the folder `vectors` in `MADANG_SEARCH_DIR`",
        ),
        Variable::new("MADANG_EMBEDDER_KEY", "–", "shown to the model as `Authorization: Bearer …`"),
        Variable::new(
            "MADANG_EMBEDDER_DIMENSIONS",
            "as the model's first answer has it",
            "how long vectors are to be, which the model is told; some models can shorten theirs",
        ),
        Variable::new(
            "MADANG_EMBEDDER_CLOSENESS",
            "`0.3`",
            "the cosine under which posts count as having nothing in common; models differ much in it",
        ),
    ],
};
