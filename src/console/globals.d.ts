/** The gateway's version, from package.json. */
declare const __VERSION__: string;

declare module '*.css';
