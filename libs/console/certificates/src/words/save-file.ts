/**
 * Hands a file in PEM to the browser to be saved. `content`: what the generated client calls a text is what it asked for as a
 * blob; either is taken. `name` becomes the file's name without what a file system minds.
 */
export function savePem(document: Document, content: BlobPart, name: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: 'application/pem-certificate-chain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name.replaceAll(/[^\w.-]+/g, '-')}.pem`;
  link.click();
  URL.revokeObjectURL(address);
}
