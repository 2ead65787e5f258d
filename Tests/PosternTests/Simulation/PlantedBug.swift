/// Mistakes that a simulation must find; each is made on purpose, and only where a test asks for it.
enum PlantedBug: CaseIterable {
    /// An answer is passed over.
    case answersAreForgotten
    /// An answer settles its call twice.
    case answersCountTwice
    /// A handler's answer carries the number of another call.
    case answersGoToOthers
    /// A reply is applied twice.
    case repliesComeTwice
    /// A call that was given up is not settled.
    case givenUpCallsStayOpen
    /// The other side does not hear that a call was given up.
    case cancelsAreNotSent
    /// A handler does not hear that it was cancelled.
    case handlersAreNotTold
    /// A handler that was cancelled never ends.
    case cancelledHandlersNeverEnd
    /// Calls wait longer than they may.
    case deadlinesAreForgotten
    /// Frames get lost.
    case framesAreLost
    /// Frames overtake each other.
    case framesOvertake
    /// Two calls have one number.
    case numbersAreUsedTwice
    /// Who waits when the connection ends waits for ever.
    case cutsForgetCallers
}
