// Keeps the `user:password@` of addresses out of what people and programs are shown.

/** Text without the logins of the web addresses in it. Linear: a login ends at the first slash, quote or blank. */
export const hideLogins = (text: string): string => text.replace(/\b(https?:\/\/)[^\s/"'<>?#]*@/gi, '$1');
