declare module "virtual:digits" {
  /** Where the packed digits lie. */
  const url: string;
  export default url;
}
