// Imported first: the package warns of every Node but the newest, once for each test that starts it.
const warn = console.warn;
console.warn = (...words) => String(words[0]).includes('Unsupported runtime') || warn(...words);
