export default function tearDown() {}
