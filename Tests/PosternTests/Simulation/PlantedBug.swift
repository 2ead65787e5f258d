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

    // References.

    /// Calls that wait do not leave when there is room for them.
    case roomIsNotNoticed
    /// A call that waits does not hold what it is made through.
    case waitingCallsDoNotHold
    /// A release takes one back, however many it gives.
    case releaseCountsAreIgnored
    /// A release takes back twice as many as it gives.
    case releasesCountTwice
    /// What was let go is not given back.
    case releasesAreLost
    /// A message is counted some time after it was written, when a release may have crossed it.
    case messagesAreCountedLate
    /// A reference on its way home is given back before the message leaves.
    case returnedReferencesGoEarly
    /// An object that goes lets its number go twice.
    case objectsGoTwice
    /// What an unread message brought is never let go.
    case unreadMessagesAreKept
    /// A message that never left keeps what it named.
    case unsentMessagesKeep
    /// The result of a notification keeps what it named.
    case resultsOfNotificationsAreKept
    /// A result of a call that was cancelled keeps what it named.
    case cancelledResultsAreKept
    /// A result that comes after the end of its connection keeps what it named.
    case lateResultsAreKept
    /// A message above the limit of the other side keeps what it named.
    case largeMessagesAreKept
    /// A message that is refused is counted as sent.
    case refusedMessagesAreCounted
    /// An item or a report that does not leave keeps what it named.
    case unsentItemsAreKept
    /// Items of a stream that is not read any more are never let go.
    case unreadItemsAreKept
    /// The owner of a function that no message took along is not notified.
    case functionsThatNeverLeftAreForgotten
    /// An owner is notified when the other side lets go, and once more when the function is freed.
    case ownersAreNotifiedTwice
    /// A message that is written is no holder of what it names.
    case messagesAreNoHolders
    /// Two functions are lent under one number.
    case functionsShareANumber
    /// Numbers are drawn from a few, and so again.
    case numbersAreDrawnAgain
    /// References in what is passed on keep the numbers of the connection that they came over.
    case forwardersDoNotRename
    /// What stands for a function that is passed on does not hold it.
    case forwardersDoNotHold
    /// One side lends more than the other holds.
    case limitsDiffer
    /// The end of a connection leaves its references standing.
    case cutsForgetReferences
}
