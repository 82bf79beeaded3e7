namespace TcpAgent.Verdict;

/// <summary>What a limit does to traffic, in the parts of a sentence: "Port 8080" "is not accepting": "accept queue full".</summary>
/// <param name="Who">The subject: what traffic or which service suffers.</param>
/// <param name="Is">The predicate while it lasts.</param>
/// <param name="Was">The predicate once it is over.</param>
/// <param name="Cause">The limit that was reached.</param>
readonly record struct Clause(string Who, string Is, string Was, string Cause);
