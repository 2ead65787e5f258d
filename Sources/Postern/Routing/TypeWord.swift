/// A type that knows how it is called in descriptions.
protocol DescribedType {
    static var typeWord: String { get }
}

/// The word for a type: what its own, what its raw values are, or `object`.
@usableFromInline
func typeWord(of type: any Any.Type) -> String {
    if let described = type as? any DescribedType.Type { return described.typeWord }
    if let raw = type as? any RawRepresentable.Type { return rawTypeWord(of: raw) }
    return "object"
}

private func rawTypeWord<Raw: RawRepresentable>(of type: Raw.Type) -> String { typeWord(of: Raw.RawValue.self) }

extension Bool: DescribedType { static var typeWord: String { "boolean" } }
extension String: DescribedType { static var typeWord: String { "string" } }
extension Double: DescribedType { static var typeWord: String { "number" } }
extension Float: DescribedType { static var typeWord: String { "number" } }
extension DescribedType where Self: FixedWidthInteger { static var typeWord: String { "integer" } }
extension Int: DescribedType {}
extension Int8: DescribedType {}
extension Int16: DescribedType {}
extension Int32: DescribedType {}
extension Int64: DescribedType {}
extension UInt: DescribedType {}
extension UInt8: DescribedType {}
extension UInt16: DescribedType {}
extension UInt32: DescribedType {}
extension UInt64: DescribedType {}
extension Optional: DescribedType { static var typeWord: String { Postern.typeWord(of: Wrapped.self) } }
extension Array: DescribedType { static var typeWord: String { Element.self == UInt8.self ? "bytes" : "array" } }
extension Set: DescribedType { static var typeWord: String { "array" } }
extension Dictionary: DescribedType { static var typeWord: String { "object" } }
