internal import Postern

/// A reason for which a value is not accepted although it is JSON by the grammar.
///
/// Either Swift has no such value, or the value is above a limit.
enum JSONDefect {
    /// A `\u` escape is one half of a surrogate pair without the other.
    case halfCharacter
    /// A number is beyond the range of a `Double`.
    case numberTooLarge
    /// An object has two members of one name.
    case repeatedName
    /// Containers are nested deeper than the limit.
    case tooDeep
    /// There are more values than the limit.
    case tooManyValues

    /// The text of the defect in error messages.
    var explanation: String {
        switch self {
        case .halfCharacter: "text holds half of a surrogate pair, as in \"\\ud83d\": its other half is missing"
        case .numberTooLarge: "a number is beyond \(Double.greatestFiniteMagnitude)"
        case .repeatedName: "an object has one name twice"
        case .tooDeep: "nested deeper than \(JSONScanner.maximumDepth) levels"
        case .tooManyValues: "too many values"
        }
    }

    /// The defect as the error of a codec.
    var payloadError: PayloadError {
        switch self {
        case .halfCharacter: PayloadError(.malformed, explanation)
        case .numberTooLarge: PayloadError(.outOfRange, explanation)
        case .repeatedName: PayloadError(.duplicateName, explanation)
        case .tooDeep, .tooManyValues: PayloadError(.limitExceeded, explanation)
        }
    }
}
