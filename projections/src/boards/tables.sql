-- Boards, where people post.
create table boards (
    board_id uuid primary key,
    -- The board's name in addresses; in byte order, which lists have.
    slug text collate "C" not null unique,
    name text not null,
    description text not null,
    anonymous boolean not null,
    -- The hours as the events have them.
    hours jsonb,
    closed boolean not null,
    -- The sequence of the board's latest event; 0 while the board is as it is built in.
    version bigint not null
);

-- The night board is there before any event: `Board::night` in the domain.
insert into boards (board_id, slug, name, description, anonymous, hours, closed, version)
values (
    '959ebdb3-ed4e-5c37-a24b-ec192f5d11e2', 'night', '심야톡방',
    '밤 10시부터 새벽 4시까지, 이름 없이 나누는 이야기', true,
    '{"opens": 1320, "closes": 240, "time_zone": "Asia/Seoul"}', false, 0
);
