/// The reason why an attack could not be run.
///
/// It is no missed bar: a server that refuses or cuts what it must not is reported as such.
struct TortureFailure: Error, CustomStringConvertible, Equatable {
    /// What failed, for people.
    let description: String

    /// Creates a failure.
    ///
    /// - Parameter description: What failed, for people.
    init(_ description: String) { self.description = description }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double { self / .seconds(1) }

    /// The duration in milliseconds.
    var inMilliseconds: Double { self / .milliseconds(1) }
}
