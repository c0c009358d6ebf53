"""The demo hospital: synthetic people whose accounts arrive by HL7 and move by the services, like any others."""
