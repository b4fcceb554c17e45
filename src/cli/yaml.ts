/** For `connect`: a YAML parser that is loaded when a kubeconfig needs one, and small. */
export const parseYaml = async (text: string): Promise<unknown> => (await import('js-yaml')).load(text);
