// A real OpenID provider for the tests: anyone may log in under any name, and the login says what the provider
// tells of the person's address. Prints the provider's own address, and ends when the standard input does.

import { webcrypto } from 'node:crypto';

// Functions that the provider needs and Node 18, Debian 12's, lacks.
globalThis.crypto ??= webcrypto;
URL.parse ??= (text) => (URL.canParse(text) ? new URL(text) : null);
// The standard output is for the address alone: logs go to the standard error.
console.info = console.error;
const { default: Provider } = await import('oidc-provider');
const { createServer } = await import('node:http');

// Arguments: the address that clients are sent back to, with PROVIDER for their name; whether ID tokens tell
// everything.
const [redirectUri, telling] = process.argv.slice(2);
const client = (name) => ({
    client_id: name,
    client_secret: `${name}-secret-that-nobody-else-knows`,
    redirect_uris: [redirectUri.replace('PROVIDER', name)],
    grant_types: ['authorization_code'],
    response_types: ['code'],
});

// Claims of other types than the specification has: real services send each of them.
const odd = {
    email_verified: 'true',
    updated_at: '2026-12-01T00:00:00Z',
    locale: { language: 'ko' },
    address: '서울',
    phone_number_verified: 'true',
};

// The login `mina.verified@yard.example` has the verified address `mina@yard.example`; `mina.unverified@…` has
// the same address unverified, `mina.oddly@…` has it verified in odd words; a login without an @ has none.
const claimsOf = (login) => {
    const [, who, standing, domain] = login.match(/^(.*)\.(verified|unverified|oddly)@(.*)$/) ?? [];
    const name = `Name of ${who ?? login}`;
    if (standing === 'oddly') {
        return { sub: login, name: `${name}\u0000`, email: `${who}@${domain}`, ...odd };
    }
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
        claims: {
            openid: ['sub'],
            email: ['email', 'email_verified'],
            profile: ['name', 'updated_at', 'locale', 'address', 'phone_number_verified'],
        },
        // Half of all services tell everything in the ID token, the others at an endpoint of its own.
        conformIdTokenClaims: telling !== 'all-at-once',
        findAccount: (_, login) => ({ accountId: login, claims: () => claimsOf(login) }),
        cookies: { keys: ['of no worth'] },
    });
    // Numbers are text, and scopes are a list, in many a service's answer to a code.
    provider.use(async (ctx, next) => {
        await next();
        if (ctx.body?.expires_in) {
            ctx.body = { ...ctx.body, expires_in: String(ctx.body.expires_in), scope: [ctx.body.scope] };
        }
    });
    server.on('request', provider.callback());
    console.log(issuer);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit());
