import ArgumentParser
import PosternPrograms

/// How many values of a stream are wanted.
struct CountOption: ParsableArguments {
    @Option(help: "Ends after this many values of a stream or topic.")
    var count: Int?

    /// The number given, if any.
    var wanted: Int? { count ?? Setting.optional("count") }

    func validate() throws {
        if let wanted, wanted < 1 { throw ValidationError("\(Setting.named("count")) must be at least 1") }
    }
}
