/** The length beyond which a command reads its data from a here-document; Linux limits one argument to 128 KiB. */
const longestArgument = 30000;

/** Returns a word that a POSIX shell reads as the text, whatever characters it has. @param {string} text */
export function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns the options of curl that send a line of data. @param {string} line A text without line breaks. */
export function dataOption(line) {
  if (line.length <= longestArgument) return ` \\\n  -d ${quoted(line)}`;
  return ` \\\n  --data-binary @- <<'END-OF-DATA'\n${line}\nEND-OF-DATA`;
}
