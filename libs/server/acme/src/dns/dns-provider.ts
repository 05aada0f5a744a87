/** A TXT record of a challenge. `name` is absolute, without the last dot. */
export interface DnsRecord {
  readonly name: string;
  readonly value: string;
}

/**
 * Where records of a zone can be changed. Both calls leave other records of the name alone, and both can be repeated:
 * publishing what is there and removing what is not there succeed. Only what is certainly not done fails by `DNS_REFUSED`.
 */
export interface DnsProvider {
  publish(record: DnsRecord, signal: AbortSignal): Promise<void>;
  remove(record: DnsRecord, signal: AbortSignal): Promise<void>;
}

/** Seconds; short, as nothing but a CA asks for these records. */
export const recordTtl = 60;

/** The name itself and what is above it, nearest first, without the top level: where its zone may begin. */
export function zoneCandidates(name: string): string[] {
  const labels = name.toLowerCase().replace(/\.$/, '').split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}
