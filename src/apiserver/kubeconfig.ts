/** How a user proves who it is: a client certificate, or a bearer token. */
export type Credentials = { readonly certificate: string; readonly key: string } | { readonly token: string };

export interface KubeconfigParts {
  readonly server: string;
  /** PEM */
  readonly caCertificate: string;
  readonly user: string;
  readonly credentials: Credentials;
  readonly namespace?: string;
}

/** A kubeconfig as JSON, which every YAML reader takes too. */
export function kubeconfigText({ server, caCertificate, user, credentials, namespace }: KubeconfigParts): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'placet', cluster: { server, 'certificate-authority-data': base64(caCertificate) } }],
    users: [{ name: user, user: userOf(credentials) }],
    contexts: [{ name: 'placet', context: { cluster: 'placet', user, ...(namespace ? { namespace } : {}) } }],
    'current-context': 'placet',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

const userOf = (credentials: Credentials) =>
  'token' in credentials
    ? { token: credentials.token }
    : {
        'client-certificate-data': base64(credentials.certificate),
        'client-key-data': base64(credentials.key),
      };

const base64 = (text: string): string => Buffer.from(text).toString('base64');
