"""Traffic of the lab's scenarios: traffic.py VERB ARGUMENTS... SECONDS. The verbs are the functions of the two modules."""
import sys

import packet_traffic
import tcp_traffic

if __name__ == "__main__":
    verbs = vars(tcp_traffic) | vars(packet_traffic)
    verbs[sys.argv[1]](*sys.argv[2:-1])
