import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { CelCompileError } from './compile-error.js';

const parser = new Environment({
  enableOptionalTypes: true,
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
});

const OPERAND =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

const CLOSING: Readonly<Record<string, string>> = { RPAREN: ')', RBRACKET: ']', RBRACE: '}' };

/** Throws `CelCompileError`. */
export function parseSyntax(expression: string): ASTNode {
  try {
    return parser.parse(expression).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new CelCompileError(expression, [syntaxIssue(expression, error)]);
  }
}

function syntaxIssue(expression: string, error: ParseError): { at: number; message: string } {
  const at = Math.min(error.range?.start ?? 0, expression.length);
  const found = expression.slice(at, error.range?.end ?? at) || '<EOF>';
  if (error.code === 'expected_token' && expression[at - 1] === '.') {
    return { at, message: "Syntax error: no viable alternative at input '.'" };
  }
  const [, wanted = ''] = /^Expected (\w+), got/.exec(error.summary) ?? [];
  if (wanted === 'COLON') return { at, message: `Syntax error: mismatched input '${found}' expecting ':'` };
  if (CLOSING[wanted]) return { at, message: `Syntax error: missing '${CLOSING[wanted]}' at '${found}'` };
  if (/iteration variable/.test(error.summary)) return { at, message: 'argument is not an identifier' };
  if (error.code === 'unexpected_token') {
    const kind = found === '<EOF>' ? 'mismatched' : 'extraneous';
    return { at, message: `Syntax error: ${kind} input '${found}' expecting ${OPERAND}` };
  }
  if (error.code === 'unexpected_character' && /^['"]?[\w]/.test(found)) {
    return { at, message: `Syntax error: extraneous input '${found}' expecting <EOF>` };
  }
  return { at, message: `Syntax error: ${error.summary}` };
}
