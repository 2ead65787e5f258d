import ArgumentParser
import FoundationEssentials

/// The value of `--loops`: a number, or `auto` for one loop per available processor.
package enum LoopCount: Hashable, Sendable, LosslessStringConvertible, ExpressibleByArgument {
    /// A fixed number of event loops.
    case number(Int)
    /// The number that ``LoopChoice`` chooses for this process.
    case auto

    /// Parses a number or `auto`.
    package init?(_ text: String) {
        if text == "auto" {
            self = .auto
        } else if let number = Int(text) {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// The value on the command line.
    package var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .auto: "auto"
        }
    }

    /// Whether the number is within the limits.
    var isPossible: Bool {
        if case .number(let number) = self { (1...LoopChoice.maximum).contains(number) } else { true }
    }

    /// The number of loops, and the reason for the log.
    var choice: (loops: Int, reason: String) {
        guard case .number(let number) = self else {
            let choice = LoopChoice { path in
                FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
            }
            return (choice.loops, choice.description)
        }
        return (number, "as configured")
    }
}
