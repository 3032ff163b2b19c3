// A real OpenID provider for the tests: anyone may log in as whoever they say, and their login says what is
// told of their address. Prints its own address, and ends when its standard input does.

import { webcrypto } from 'node:crypto';

// What Node 18, Debian 12's, lacks of what the provider needs.
globalThis.crypto ??= webcrypto;
URL.parse ??= (text) => (URL.canParse(text) ? new URL(text) : null);
// Nobody reads what is said here but the address.
console.info = console.error;
const { default: Provider } = await import('oidc-provider');
const { createServer } = await import('node:http');

// Where clients are sent back to, with PROVIDER for their name; whether ID tokens tell everything.
const [redirectUri, telling] = process.argv.slice(2);
const client = (name) => ({
    client_id: name,
    client_secret: `${name}-secret-that-nobody-else-knows`,
    redirect_uris: [redirectUri.replace('PROVIDER', name)],
    grant_types: ['authorization_code'],
    response_types: ['code'],
});

// `mina.verified@yard.example` has this address, verified; `mina.unverified@…` has it unverified; a login
// without an @ has none.
const claimsOf = (login) => {
    const [, who, standing, domain] = login.match(/^(.*)\.(verified|unverified)@(.*)$/) ?? [];
    const name = `Name of ${who ?? login}`;
    return domain
        ? { sub: login, name, email: `${who}@${domain}`, email_verified: standing === 'verified' }
        : { sub: login, name };
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const provider = new Provider(issuer, {
        clients: [client('acme'), client('globex')],
        pkce: { required: () => true },
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
        // Half of all services tell everything in the ID token, the others at a place of its own.
        conformIdTokenClaims: telling !== 'all-at-once',
        findAccount: (_, login) => ({ accountId: login, claims: () => claimsOf(login) }),
        cookies: { keys: ['of no worth'] },
    });
    server.on('request', provider.callback());
    console.log(issuer);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit());
