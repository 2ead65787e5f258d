/// A type whose JSON form is defined by the codecs, and not by its `init(from:)`.
package protocol KnownType {
    /// The form of the type.
    static var schemaNode: SchemaNode { get }

    /// Returns a value for a probe, which differs between its attempts.
    ///
    /// - Throws: An error if no value can be created.
    static func sample(for run: ProbeRun) throws -> Self

    /// The JSON form of the value; `nil` if that is what its `encode(to:)` writes.
    var tree: JSONTree? { get }
}

extension KnownType {
    /// What `encode(to:)` writes.
    package var tree: JSONTree? { nil }
}

extension Bool: KnownType {
    package static var schemaNode: SchemaNode { .finished(["type": "boolean"]) }
    package static func sample(for run: ProbeRun) -> Bool { run.attempt % 2 == 1 }
    package var tree: JSONTree? { .bool(self) }
}

extension String: KnownType {
    package static var schemaNode: SchemaNode { .finished(["type": "string"]) }
    package static func sample(for run: ProbeRun) -> String { ProbeRun.texts[run.attempt % ProbeRun.texts.count] }
    package var tree: JSONTree? { .string(self) }
}

extension Double: KnownType {
    package static var schemaNode: SchemaNode { .finished(["type": "number"]) }
    package static func sample(for run: ProbeRun) -> Double { Double(run.number) }
    package var tree: JSONTree? { JSONTree(number: self) }
}

extension Float: KnownType {
    package static var schemaNode: SchemaNode {
        .finished([
            "type": "number", "format": "float", "minimum": .number(-Double(greatestFiniteMagnitude)),
            "maximum": .number(Double(greatestFiniteMagnitude)),
        ])
    }
    package static func sample(for run: ProbeRun) -> Float { Float(run.number) }
    package var tree: JSONTree? { JSONTree(number: Double(self)) }
}

extension JSONTree {
    /// Creates a number; a whole one as an integer, so that all encodings write it alike.
    fileprivate init(number: Double) { self = Int64(exactly: number).map(JSONTree.integer) ?? .number(number) }
}

extension KnownType where Self: FixedWidthInteger {
    /// An integer with the bounds of the type.
    package static var schemaNode: SchemaNode {
        .finished([
            "type": "integer", "format": .string("\(isSigned ? "int" : "uint")\(bitWidth)"),
            "minimum": JSONTree(min), "maximum": JSONTree(max),
        ])
    }

    /// Returns a small number.
    package static func sample(for run: ProbeRun) -> Self { Self(clamping: run.number) }

    /// The number.
    package var tree: JSONTree? { JSONTree(self) }
}

extension Int: KnownType {}
extension Int8: KnownType {}
extension Int16: KnownType {}
extension Int32: KnownType {}
extension Int64: KnownType {}
extension UInt: KnownType {}
extension UInt8: KnownType {}
extension UInt16: KnownType {}
extension UInt32: KnownType {}
extension UInt64: KnownType {}
