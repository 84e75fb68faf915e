// The version that results carry; a test holds it to package.json.

/** The version of this library, which results carry as the one that computed them. */
export const VERSION = "0.1.0";
