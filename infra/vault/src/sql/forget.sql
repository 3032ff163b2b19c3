-- The account is locked first, in the same order as by changes of its password: in other orders the two would
-- wait for each other.
select from vault.accounts where user_id = $1 for update;
-- The letters to the person's addresses, even those that were written for somebody else.
delete from vault.outbox
where recipient in (
    select unnest(array[email, email_key, phone]) from vault.accounts where user_id = $1
    union
    select recipient from vault.codes where user_id = $1
);
-- The sign-ups that were begun with the same address.
delete from vault.codes
where user_id = $1
   or id in (
       select id
       from vault.sign_ups
       where email_key = (select email_key from vault.accounts where user_id = $1)
   );
delete from vault.oauth_flows where user_id = $1;
delete from vault.oauth_results
where user_id = $1
   or (provider, subject) in (select provider, subject from vault.identities where user_id = $1);
delete from vault.exports where user_id = $1;
delete from vault.searches where user_id = $1;
-- The texts that the person wrote under these aliases stay, and nobody knows any more whose they were.
delete from vault.aliases where user_id = $1;
delete from vault.anonymous_media where user_id = $1;
delete from vault.links where user_id = $1;
delete from vault.sessions where user_id = $1;
delete from vault.accounts where user_id = $1;
-- The withdrawal goes last: as long as it is there the rest is repeated.
delete from vault.withdrawals where user_id = $1;
