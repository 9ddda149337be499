/** Text after a leading `=`; `==text` is the literal `=text`. */
export const expressionText = (value: string): string | undefined =>
  value.startsWith('=') && !value.startsWith('==') ? value.slice(1).trim() : undefined;
