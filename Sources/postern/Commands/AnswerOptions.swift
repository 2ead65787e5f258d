import ArgumentParser
import PosternPrograms

/// The options for the form of an answer.
struct AnswerOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "Prints everything on standard output as JSON objects, one a line: result, item, gap, progress or error."
    )
    var json = Setting.flag("json")

    @OptionGroup var limit: CountOption

    /// The form of the answer.
    var style: AnswerStyle { AnswerStyle(isJSON: json) }
}

/// The option for the number of values after which a stream ends.
struct CountOption: ParsableArguments {
    @Option(parsing: .unconditional, help: "Ends after this many values of a stream or topic.")
    var count: Int?

    /// The number of the command line or the environment; `nil` for no limit.
    var wanted: Int? { count ?? Setting.optional("count") }

    func validate() throws {
        if let wanted, wanted < 1 { throw ValidationError("\(Setting.named("count")) must be at least 1") }
    }
}
