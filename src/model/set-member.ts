/**
 * Gives an object a member, whatever its name: assigning to `__proto__` would change the prototype. As Object.fromEntries
 * does it, for objects that are made by the thousand.
 */
export function setMember<T>(object: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
