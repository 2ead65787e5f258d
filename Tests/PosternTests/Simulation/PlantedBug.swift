/// Bugs that the simulation must find, each planted only in the run that names it.
enum PlantedBug: CaseIterable {
    /// An answer is ignored.
    case answersAreIgnored
    /// An answer settles its call twice.
    case answersCountTwice
    /// A handler's answer carries the number of another call.
    case answersGoToOthers
    /// A reply is applied twice.
    case repliesComeTwice
    /// An abandoned call is not settled.
    case abandonedCallsStayOpen
    /// No cancel frame is sent for an abandoned call.
    case cancelsAreNotSent
    /// A handler is not notified of its cancellation.
    case handlersAreNotCancelled
    /// A cancelled handler never ends.
    case cancelledHandlersNeverEnd
    /// Calls do not expire at their deadline.
    case deadlinesAreIgnored
    /// Some frames are lost.
    case framesAreLost
    /// Frames are delivered out of order.
    case framesOvertake
    /// Two calls have the same number.
    case numbersAreUsedTwice
    /// Calls are not settled when the connection ends.
    case cutsLeaveCallsOpen

    // References.

    /// Queued calls are not sent when there is room for them.
    case roomIsNotNoticed
    /// A queued call does not retain the reference that it is made through.
    case waitingCallsDoNotHold
    /// A release counts as one, whatever its count.
    case releaseCountsAreIgnored
    /// A release counts twice.
    case releasesCountTwice
    /// Releases are not sent.
    case releasesAreLost
    /// A message is counted some time after it is written, when a release may have crossed it.
    case messagesAreCountedLate
    /// A reference that returns to its owner is released before the message is sent.
    case returnedReferencesGoEarly
    /// A freed object releases its number twice.
    case objectsReleaseTwice
    /// The references of an unread message are never released.
    case unreadMessagesAreKept
    /// A message that is never sent retains its references.
    case unsentMessagesKeep
    /// The result of a notification retains its references.
    case resultsOfNotificationsAreKept
    /// The result of a cancelled call retains its references.
    case cancelledResultsAreKept
    /// A result after the end of its connection retains its references.
    case lateResultsAreKept
    /// A message above the size limit of the peer retains its references.
    case largeMessagesAreKept
    /// A rejected message is counted as sent.
    case refusedMessagesAreCounted
    /// An item or progress value that is not sent retains its references.
    case unsentItemsAreKept
    /// The unread items of a dropped stream are never released.
    case unreadItemsAreKept
    /// The owner of a function that no message has carried is not notified of its release.
    case unsentFunctionsAreNotReleased
    /// The owner is notified when the peer releases a function, and again when the function is freed.
    case ownersAreNotifiedTwice
    /// A written message does not retain the functions that it names.
    case messagesAreNoHolders
    /// Two functions are exported under the same number.
    case functionsShareANumber
    /// Numbers are drawn from a small set, so they repeat.
    case numbersAreDrawnAgain
    /// References in a forwarded message keep the numbers of the connection that they arrived over.
    case forwardersDoNotRename
    /// The proxy of a forwarded function does not retain it.
    case forwardersDoNotHold
    /// One side exports more references than the other accepts.
    case limitsDiffer
    /// References are not released when the connection ends.
    case cutsKeepReferences
}
