/**
 * What the build makes the bootloader's file from. The board's driver calls `boot` with itself, the configuration,
 * and a function that evaluates the service file.
 */
export { boot } from "./main";
