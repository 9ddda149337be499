/** As much of a name from a file as a message can bear. */
const lengthMax = 60;

/** A name from a file, in quotes, short and harmless on a terminal. */
export function quote(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  return `"${plain.length <= lengthMax ? plain : `${plain.slice(0, lengthMax - 1)}…`}"`;
}
