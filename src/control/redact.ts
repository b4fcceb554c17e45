const SECRETS = new Set<string>();

/**
 * Registers a secret value so that it can never be printed: every log line, condition, event and error text of ours
 * passes `redact`. Values shorter than 4 characters are ignored, they would blank ordinary text.
 */
export function keepSecret(value: string): void {
  if (value.length >= 4) SECRETS.add(value);
}

const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi;
const PRIVATE_KEY = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[\s\S]*?(-----END \1PRIVATE KEY-----|$)/g;
const JSON_WEB_TOKEN = /\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g;
const AUTHORIZATION = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;

/** Text with registered secrets, URL user-info, Authorization values, private keys and tokens replaced by `***`. */
export function redact(text: string): string {
  let clean = text
    .replace(USER_INFO, '$1***@')
    .replace(AUTHORIZATION, '$1 ***')
    .replace(PRIVATE_KEY, '***')
    .replace(JSON_WEB_TOKEN, '***');
  for (const secret of SECRETS) clean = clean.replaceAll(secret, '***');
  return clean;
}
