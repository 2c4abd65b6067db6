/// The token requests of one realm, as far as a vendor's log tells of them by now.
struct ToldRequests: Sendable {
    /// Oldest first.
    let entries: [TokenLogEntry]
    /// How many a page has at most.
    let pageSize: Int
    /// Whether nobody may read them.
    let areForbidden: Bool

    init(in realm: RealmID, _ state: PracticeState) {
        let end = state.now - state.settings.eventLagMs
        entries = state.log.entries(after: 0).filter { $0.owner.realm == realm && $0.time <= end }
        pageSize = state.settings.eventPageSize
        areForbidden = state.settings.eventsAreForbidden
    }

    /// One page of `events`, and where the next begins; nil where this is the last.
    func page<Event>(of events: [Event], from start: Int, _ asked: Int) -> ([Event], next: Int?) {
        let size = max(1, min(asked, pageSize))
        let page = events.dropFirst(max(0, start)).prefix(size)
        let next = max(0, start) + page.count
        return (Array(page), next < events.count ? next : nil)
    }
}
