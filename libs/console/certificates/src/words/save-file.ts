/**
 * Hands a file in PEM to the browser to be saved. `content`: what the generated client calls a text is what it asked for as a
 * blob; either is taken. `name` becomes the file's name without what a file system minds.
 */
export const savePem = (document: Document, content: BlobPart, name: string): void =>
  save(document, new Blob([content], { type: 'application/pem-certificate-chain' }), `${plain(name)}.pem`);

/** The same for a signing request. */
export const saveRequest = (document: Document, content: BlobPart, name: string): void =>
  save(document, new Blob([content], { type: 'application/pkcs10' }), `${plain(name)}.csr`);

const plain = (name: string): string => name.replaceAll(/[^\w.-]+/g, '-');

function save(document: Document, content: Blob, fileName: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}
