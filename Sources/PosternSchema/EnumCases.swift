/// The values of enumerations whose cases have no associated values.
enum EnumCases {
    /// The number of values up to which an enumeration is listed.
    static let maximumCount = 256

    /// Returns all values of an enumeration, in the order of declaration.
    ///
    /// - Returns: The values; `nil` for a type that is no enumeration, has associated values, or too many values.
    static func values<Content>(of type: Content.Type) -> [Content]? {
        if let count = caseCount(of: type) { return values(of: type, count: count) }
        return nil
    }

    /// Returns the number of cases; `nil` unless the type is an enumeration without associated values.
    ///
    /// A program cannot ask for the cases of a type that is not `CaseIterable`, such as the coding keys that the
    /// compiler writes. They are read from the type's metadata, whose layout is a part of Swift's stable ABI.
    private static func caseCount<Content>(of type: Content.Type) -> Int? {
        // Enumerations of C have the metadata of Swift and any raw value as a value.
        guard !String(reflecting: type).hasPrefix("__C") else { return nil }
        let metadata = unsafe unsafeBitCast(type as any Any.Type, to: UnsafePointer<UInt>.self)
        guard unsafe metadata[0] == Metadata.enumeration,
            let descriptor = unsafe UnsafeRawPointer(bitPattern: metadata[1])
        else { return nil }
        let kind = unsafe descriptor.load(as: UInt32.self) & Metadata.descriptorKindMask
        let payloads = unsafe descriptor.load(fromByteOffset: Metadata.payloadCases, as: UInt32.self)
        guard kind == Metadata.enumerationDescriptor, payloads & Metadata.countMask == 0 else { return nil }
        return unsafe Int(descriptor.load(fromByteOffset: Metadata.emptyCases, as: UInt32.self))
    }

    private static func values<Content>(of type: Content.Type, count: Int) -> [Content]? {
        // Such an enumeration is the index of its case in one byte, and nothing at all if there is only one.
        guard (1...maximumCount).contains(count), MemoryLayout<Content>.size == (count == 1 ? 0 : 1) else {
            return nil
        }
        return (0..<count).map { index in
            var tag = UInt8(index)
            return unsafe withUnsafeBytes(of: &tag) { unsafe $0.load(as: Content.self) }
        }
    }

    /// The parts of type metadata that are read, as `swift/ABI/Metadata.h` defines them.
    private enum Metadata {
        static let enumeration: UInt = 0x201
        static let enumerationDescriptor: UInt32 = 18
        static let descriptorKindMask: UInt32 = 0x1f
        static let payloadCases = 20
        static let emptyCases = 24
        static let countMask: UInt32 = 0xff_ffff
    }
}
