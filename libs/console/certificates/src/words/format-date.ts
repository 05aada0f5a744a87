const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** The day, as the browser's language writes it. `time` in ISO 8601. */
export const formatDate = (time: string): string => date.format(Date.parse(time));
