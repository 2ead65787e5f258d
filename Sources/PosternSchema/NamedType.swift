/// A type that is described once in a document.
package struct NamedType: Hashable, Sendable {
    /// The type.
    package let type: any Any.Type

    /// Creates the entry of a type.
    package init(_ type: any Any.Type) { self.type = type }

    /// Returns whether two entries are of the same type.
    package static func == (left: NamedType, right: NamedType) -> Bool { left.type == right.type }

    /// Hashes the identity of the type.
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(type)) }

    /// The name without the module and the types around it, such as `Guest`.
    var title: String { String(describing: type) }

    /// The name with the types around it and without the module, such as `Booking.Guest`, of letters, digits, `.` and
    /// `_` only.
    var shortName: String { Self.plain((around.dropFirst() + [title]).joined(separator: ".")) }

    /// The name with the module.
    var longName: String { Self.plain((around + [title]).joined(separator: ".")) }

    /// The module and the types around the type; functions and files around it are left out.
    private var around: [String] {
        var names: [String] = [""]
        var depth = 0
        // Dots within brackets belong to the arguments of a generic type or to the description of a local scope.
        for character in String(reflecting: type) {
            if "<(".contains(character) { depth += 1 }
            if character == ".", depth == 0 { names.append("") } else { names[names.count - 1].append(character) }
            if ">)".contains(character) { depth -= 1 }
        }
        return names.dropLast().filter { !$0.hasPrefix("(") }
    }

    /// Returns a name with one `_` for each run of other characters.
    private static func plain(_ name: String) -> String {
        let parts = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".")) }
        return parts.joined(separator: "_")
    }
}
