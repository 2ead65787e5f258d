@0xb2f7c1d9a3e04561;

interface Calculator {
    add @0 (a :Int64, b :Int64) -> (value :Int64);
}
