create index posts_by_change on posts (changed);
create index posts_by_version on posts (version);
create index people_by_change on people (changed);
create index tags_by_change on tags (changed);
